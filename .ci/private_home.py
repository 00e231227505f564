"""Prepares a HOME for ansible-test: ``python .ci/private_home.py DIRECTORY``.

It holds the caller's pip configuration (ansible-test passes no PIP_* variable on) and, where ansible-test
looks before it downloads one, the script that installs pip into an empty virtual environment.
"""

from __future__ import annotations

import ast
import configparser
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

GET_PIP = '''\
"""Installs the pip that this interpreter bundles; stands in for the script that ansible-test downloads."""

import ensurepip
import pathlib
import runpy
import sys
import sysconfig

places = [sysconfig.get_config_var("WHEEL_PKG_DIR"), pathlib.Path(ensurepip.__file__).parent / "_bundled"]
wheels = sorted(wheel for place in places if place for wheel in pathlib.Path(place).glob("pip-*.whl"))
if not wheels:
    sys.exit("this Python bundles no pip: install its venv and ensurepip package")
sys.path.insert(0, str(wheels[-1]))
sys.argv = ["pip", "install", "--quiet", "--disable-pip-version-check", "--no-index", str(wheels[-1])]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
'''


def pip_configuration() -> configparser.RawConfigParser:
    """What pip is set to here, from its files and variables, later sources winning as in pip."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = configparser.RawConfigParser()
    # Variables come last in pip's order; their section is called ":env:".
    for line in sorted(listed.splitlines(), key=lambda line: line.startswith(":env:")):
        key, separator, value = line.partition("=")
        section, dot, name = key.partition(".")
        if not (separator and dot):
            continue
        section = "global" if section == ":env:" else section
        if not found.has_section(section):
            found.add_section(section)
        found.set(section, name, str(ast.literal_eval(value)))
    _from_variables(found, "proxy", ("https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"))
    _from_variables(found, "cert", ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"))
    return found


def _from_variables(found: configparser.RawConfigParser, name: str, variables: tuple[str, ...]) -> None:
    """Set ``global.name`` from the first variable that is there, unless pip is told already."""
    value = next((os.environ[variable] for variable in variables if os.environ.get(variable)), None)
    if value is None or found.has_option("global", name):
        return
    if not found.has_section("global"):
        found.add_section("global")
    found.set("global", name, value)


def pip_version() -> str:
    """The pip that this ansible-test wants in its environments; it is part of the script's name."""
    from ansible_test._internal.python_requirements import get_venv_packages

    version = "{}.{}".format(*sys.version_info[:2])
    return str(get_venv_packages(SimpleNamespace(version=version))["pip"])


def main(home: Path) -> None:
    configuration = home / ".config" / "pip" / "pip.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    with configuration.open("w", encoding="utf-8") as file:
        pip_configuration().write(file)
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{pip_version().replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
