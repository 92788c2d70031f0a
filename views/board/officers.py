from flask import Blueprint

bp = Blueprint("board_officers", __name__)
