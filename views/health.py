"""Is this process fit to serve?"""
from flask import Blueprint

from models.database import database

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz():
    database.execute_sql("SELECT 1").fetchone()
    return {"status": "ok"}
