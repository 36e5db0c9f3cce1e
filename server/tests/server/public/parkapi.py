"""Validates answers of the feed as ParkAPI would take them.

    parkapi.py install VENV              makes the environment that `validate` needs
    parkapi.py validate VENV SCHEMA      reads one JSON object { sites, sources, history } from standard input

`sites` is an answer of /parking-sites, `sources` of /sources, `history` of /parking-sites/{id}/history. Each is held against ParkAPI's
JSON Schema; each site also against the classes with which PyPI's parkapi-sources checks what its sources deliver. Ends with 1 and
the faults, if there are any.
"""

import copy
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


def schema_faults(schema, part, answer):
    """`part` names a definition of the schema; none is the list of sites."""
    import jsonschema

    root = {**copy.deepcopy(schema)}
    if part:
        root = {"$schema": schema["$schema"], "$defs": root["$defs"], "$ref": f"#/$defs/{part}"}
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(root, format_checker=checker)
    return [f"{part or 'list'} {error.json_path}: {error.message}" for error in validator.iter_errors(answer)]


def without_type(schema):
    """ParkAPI leaves `type` out where it is null, unlike its schema."""
    changed = copy.deepcopy(schema)
    changed["$defs"]["ParkingSite"]["required"].remove("type")
    return changed


def source_faults(site):
    from datetime import datetime
    from decimal import Decimal

    from parkapi_sources.models import RealtimeParkingSiteInput, StaticParkingSiteInput
    from validataclass.dataclasses import validataclass
    from validataclass.exceptions import ValidationError
    from validataclass.validators import DataclassValidator, NumericValidator

    # The package's bounds are Europe's.
    @validataclass
    class StaticOfTheWorld(StaticParkingSiteInput):
        lat: Decimal = NumericValidator(min_value=-90, max_value=90)
        lon: Decimal = NumericValidator(min_value=-180, max_value=180)

    given = {**site, "uid": site["original_uid"]}
    faults, checks = [], []
    if "type" in site:
        checks.append(StaticOfTheWorld)
    if site["has_realtime_data"]:
        checks.append(RealtimeParkingSiteInput)
    for check in checks:
        try:
            read = DataclassValidator(check).validate(given)
        except ValidationError as error:
            faults.append(f"{site['original_uid']} {check.__name__}: {error.to_dict()}")
            continue
        updated = getattr(read, "realtime_data_updated_at", None) or read.static_data_updated_at
        if not isinstance(updated, datetime) or updated.tzinfo is None:
            faults.append(f"{site['original_uid']}: time without a zone")
    return faults


def validate(schema_path, answers):
    schema = json.loads(pathlib.Path(schema_path).read_text())
    typed = all("type" in site for site in answers["sites"]["items"])
    faults = schema_faults(schema if typed else without_type(schema), None, answers["sites"])
    for site in answers["sites"]["items"]:
        part = schema if "type" in site else without_type(schema)
        faults += schema_faults(part, "ParkingSite", site) + source_faults(site)
    for source in answers["sources"]["items"]:
        faults += schema_faults(schema, "Source", source)
    # A sample has a site's keys and types, but not all of them.
    sample_schema = copy.deepcopy(schema)
    sample_schema["$defs"]["ParkingSite"]["required"] = ["id", "capacity", "created_at", "modified_at"]
    for sample in answers["history"]["items"]:
        faults += schema_faults(sample_schema, "ParkingSite", sample)
    if faults:
        raise SystemExit("\n".join([f"{len(faults)} faults", *faults]))
    sites, samples = answers["sites"]["items"], answers["history"]["items"]
    live = sum(site["has_realtime_data"] for site in sites)
    print(f"{len(sites)} sites, {live} live, {len(samples)} samples: no faults")


def main(command, venv, *rest):
    venv = pathlib.Path(venv).resolve()
    if command == "install":
        install(venv)
    elif pathlib.Path(sys.prefix).resolve() == venv:
        validate(rest[0], json.load(sys.stdin))
    else:
        install(venv)
        ended = subprocess.run([venv / "bin/python", __file__, command, venv, *rest])
        sys.exit(ended.returncode)


if __name__ == "__main__":
    main(*sys.argv[1:])
