"""HTTP: a folder an area of the portal, a module and blueprint a page, which says for which kind of person it is."""


def init_app(app):
    """Register the pages that this process's role serves."""
    from views import health, help
    from views.board import audit, centres, imports, next_steps, officers, queue, series, start
    from views.board import statements as board_statements
    from views.board import today as board_today
    from views.candidates import public, site
    from views.centres import circle, dashboard, files, history, results, statements
    from views.slips import checklist, credentials, preview, status, to_do, today, work
    from views.slips import series as series_details
    from views.staff import account, kept, sign_in
    from views.staff import officers as centre_officers
    from views.subcentres import routes as subcentres

    role = app.config["ROLE"]
    app.register_blueprint(health.bp)
    app.register_blueprint(public.bp)
    if role in ("all", "candidate"):
        app.register_blueprint(site.bp)
    if role in ("all", "portal"):
        for page in (sign_in, kept, account, centre_officers, dashboard, history, results, circle, statements, files,
                     series_details, status, credentials, preview, to_do, today, work, checklist, help, subcentres,
                     start, centres, officers, series, next_steps, board_statements, imports, audit, queue,
                     board_today):
            app.register_blueprint(page.bp)
