"""What a person costs: requests, bytes and processor time of every server process; and so what further nodes give."""
import os
import resource

from benchmarks._servers import cpu_seconds

ON_ONE_NODE = ("PostgreSQL",)  # however many there are


class Meter:
    """Processor time from now on: `read()` gives {program: seconds} of the servers, and seconds of the load."""

    def __init__(self, site):
        self.site, self.servers, self.own = site, cpu_seconds(site.processes), _own_cpu()

    def read(self):
        now = cpu_seconds(self.site.processes)
        return {program: now[program] - before for program, before in self.servers.items()}, _own_cpu() - self.own


def say(seen, lasted, taken, own):
    """`taken`: {program: seconds of CPU}, `own`: that of the load."""
    people, total = max(len(seen.flows), 1), max(sum(taken.values()), 0.01)
    each = " + ".join(f"{program} {seconds / people * 1000:.2f}" for program, seconds in taken.items())
    print(f"  a person        {seen.requests / people:8.1f} requests, {seen.sent / people / 1000:.1f} kB sent, "
          f"{seen.received / people / 1000:.1f} kB received\n"
          f"  server CPU      {total / people * 1000:8.2f} ms a person: {each}; all else in this time included\n"
          f"  load CPU        {own / people * 1000:8.2f} ms a person\n"
          f"  cores           {total / lasted:8.2f} for the servers, {own / lasted:.2f} for the load, "
          f"of {os.cpu_count()}")
    held = [_capacity(taken, nodes) * people for nodes in (1, 2, 3, 4)]
    print(f"  on paper        {', '.join(f'{rate:.0f}' for rate in held)} people a second with 1, 2, 3, 4 nodes of "
          f"{os.cpu_count()} cores, no load on them\n"
          f"  a second node gives × {held[1] / held[0]:.2f}"
          + ("" if "PostgreSQL" in taken else "  (no two share SQLite: ask with --database postgresql)"))


def _capacity(taken, nodes):
    """How often a second the nodes can do what took so long, if all share what may be shared evenly."""
    staying = sum(taken.get(program, 0) for program in ON_ONE_NODE)
    shared = max(sum(taken.values()) - staying, 0.01)
    return os.cpu_count() / (shared / (nodes if "PostgreSQL" in taken else 1) + staying)


def _own_cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime

