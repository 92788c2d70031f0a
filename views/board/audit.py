from flask import Blueprint

bp = Blueprint("board_audit", __name__)
