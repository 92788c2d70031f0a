from flask import Blueprint

bp = Blueprint("board_queue", __name__)
