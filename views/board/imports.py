from flask import Blueprint

bp = Blueprint("board_imports", __name__)
