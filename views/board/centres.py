from flask import Blueprint

bp = Blueprint("board_centres", __name__)
