from flask import Blueprint

bp = Blueprint("attached_centres", __name__)
