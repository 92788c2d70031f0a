from flask import Blueprint

bp = Blueprint("board_series", __name__)
