"""HTTP. One module and one blueprint per area; each says in `before_request` which kind of person it is for."""


def init_app(app):
    """Register the areas that this process's role serves."""
    from views import (
        account,
        attached_centres,
        candidate_results,
        candidates,
        centre_statements,
        credentials,
        dashboard,
        files,
        health,
        offers,
        people,
        preview,
        public,
        results,
        sign_in,
        to_do,
        work,
    )
    from views.board import audit, centres, imports, officers, queue, series

    role = app.config["ROLE"]
    app.register_blueprint(health.bp)
    app.register_blueprint(public.bp)
    if role in ("all", "candidate"):
        app.register_blueprint(candidates.bp)
    if role in ("all", "portal"):
        for area in (sign_in, account, dashboard, people, results, centre_statements, files, candidate_results,
                     offers, credentials, attached_centres, preview, to_do, work, centres, officers, series, imports,
                     audit, queue):
            app.register_blueprint(area.bp)
