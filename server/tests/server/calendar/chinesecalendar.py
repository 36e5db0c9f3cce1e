"""Compares a calendar with PyPI's chinesecalendar, day by day.

    chinesecalendar.py install VENV            makes the environment that `compare` needs
    server calendar ... | chinesecalendar.py compare VENV FIRST LAST

`compare` reads what `server calendar` prints, one JSON object a line, expects each day from FIRST to LAST once and in
order, and ends with 1 and the list of the days on which the two do not agree.
"""

import datetime
import hashlib
import json
import pathlib
import subprocess
import sys

REQUIREMENTS = pathlib.Path(__file__).with_name("requirements.txt")

# Nothing is built here, and nothing else than what the requirements name is taken.
PIP = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:"]


def install(venv):
    """Does nothing if it was done before with the same requirements."""
    mark, wanted = venv / "requirements.sha256", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    subprocess.run([venv / "bin/python", *PIP, "-r", REQUIREMENTS], check=True)
    mark.write_text(wanted)


def of_package(date):
    """The package knows days of festivals, off or worked instead, and the days of an ordinary week."""
    import chinese_calendar

    off, festival = chinese_calendar.get_holiday_detail(date)
    if chinese_calendar.is_holiday(date) != off or chinese_calendar.is_workday(date) == off:
        raise SystemExit(f"{date}: the package contradicts itself")
    if not off:
        return "workday", festival is not None
    return ("holiday" if festival else "rest_day"), festival is not None


def compare(first, last, lines):
    differences, expected = [], first
    for line in lines:
        day = json.loads(line)
        date = datetime.date.fromisoformat(day["date"])
        if date != expected:
            raise SystemExit(f"{date} came where {expected} was expected")
        expected += datetime.timedelta(days=1)
        ours, theirs = (day["kind"], day["name"] is not None), of_package(date)
        if ours != theirs:
            differences.append(f"{date} {date:%a}: ours {ours}, chinesecalendar's {theirs}")
    if expected != last + datetime.timedelta(days=1):
        raise SystemExit(f"the days end before {expected}, not with {last}")
    if differences:
        raise SystemExit("\n".join([f"{len(differences)} days differ", *differences]))
    print(f"{(last - first).days + 1} days agree")


def main(command, venv, *dates):
    venv = pathlib.Path(venv).resolve()
    if command == "install":
        install(venv)
    elif pathlib.Path(sys.prefix).resolve() == venv:
        compare(*map(datetime.date.fromisoformat, dates), sys.stdin)
    else:
        install(venv)
        ended = subprocess.run([venv / "bin/python", __file__, command, venv, *dates])
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
