from flask import Blueprint

bp = Blueprint("candidate_results", __name__)
