"""Options become values, and what cannot be used is refused by name (rules 6 and 9)."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils import _arguments as arguments
from ansible_collections.spamfighter.sem.plugins.plugin_utils._arguments import BadArgument
from ansible_collections.spamfighter.sem.plugins.plugin_utils._cluster.model import RestartPolicy
from ansible_collections.spamfighter.sem.plugins.plugin_utils._sem.profile import Package, Profile

SUM = "AB" * 32
GUID = "12345678-90ab-CDEF-1234-567890abcdef"


def profile(**given: t.Any) -> Profile:
    return arguments.profile({"profile": given})


def package(**given: t.Any) -> Package:
    return arguments.package({"package": given})


# ---- profile ------------------------------------------------------------------------------------
@pytest.mark.parametrize("given", [None, {}, {"service": "", "registry_key": "", "data_value": "", "display_name": ""}])
def test_nothing_about_sem_is_invented(given: t.Any) -> None:
    assert arguments.profile({"profile": given}) == Profile()


@pytest.mark.parametrize(
    "written",
    [
        "SOFTWARE\\Vendor\\SEM",
        "\\SOFTWARE\\Vendor\\SEM\\",
        "HKLM\\SOFTWARE\\Vendor\\SEM",
        "hklm:\\SOFTWARE\\Vendor\\SEM",
        "HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\SEM",
        "  SOFTWARE\\Vendor\\SEM ",
    ],
)
def test_a_key_is_plain_however_it_is_written(written: str) -> None:
    assert profile(registry_key=written).registry_key == "SOFTWARE\\Vendor\\SEM"


@pytest.mark.parametrize(
    "written",
    [
        "\\",
        "HKLM\\",
        "SOFTWARE\\\\Vendor",
        "SOFTWARE\\a\nb",
        "SOFTWARE",
        "HKLM\\System\\",
        "HKCU\\Software\\V",
        "Vendor\\S",
    ],
)
def test_a_key_that_is_not_below_software_or_system_is_refused(written: str) -> None:
    with pytest.raises(BadArgument, match=r"profile\.registry_key"):
        profile(registry_key=written)


@pytest.mark.parametrize("key", ["software\\Vendor", "SYSTEM\\CurrentControlSet\\Services\\x"])
def test_a_key_below_software_or_system_is_taken_as_it_is(key: str) -> None:
    assert profile(registry_key=key).registry_key == key


def test_rule_9_the_checkpoint_covers_the_subkey_and_never_the_root_key() -> None:
    given = profile(registry_key="SOFTWARE\\V", settings_subkey="\\Settings\\Mail\\")
    assert given.settings_key == "SOFTWARE\\V\\Settings\\Mail"
    assert profile(registry_key="SOFTWARE\\V").settings_key is None
    for subkey in ("\\", "\\\\"):
        with pytest.raises(BadArgument, match="settings_subkey"):
            profile(registry_key="SOFTWARE\\V", settings_subkey=subkey)
    with pytest.raises(BadArgument, match=r"needs profile\.registry_key"):
        profile(settings_subkey="Settings")


@pytest.mark.parametrize("name", ["a/b", "a\\b", 'a"b', "a%b", "a!b", "a\nb", "x" * 257])
def test_a_service_name_that_windows_or_cmd_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(BadArgument, match=r"profile\.service"):
        profile(service=name)


def test_a_service_name_with_blanks_and_signs_is_taken() -> None:
    assert profile(service="SPAM & fighter's").service == "SPAM & fighter's"


@pytest.mark.parametrize(("given", "view"), [(32, 32), (64, 64), (None, 64)])
def test_rule_9_the_registry_view(given: int | None, view: int) -> None:
    assert profile(view=given).view == view


# ---- package ------------------------------------------------------------------------------------
@pytest.mark.parametrize("given", [None, {}, {"version": "", "src": "", "checksum": "", "arguments": None}])
def test_no_package_is_none(given: t.Any) -> None:
    assert arguments.package({"package": given}) == Package()


@pytest.mark.parametrize("written", [SUM, f"sha256:{SUM}", f" sha256:{SUM.lower()} "])
def test_a_checksum_is_lower_case_hex(written: str) -> None:
    assert package(checksum=written).checksum == SUM.lower()


@pytest.mark.parametrize("written", [SUM[1:], SUM + "0", f"md5:{SUM}", f"sha256: {SUM}", "sha256:", SUM[:-1] + "g"])
def test_what_is_no_sha256_is_refused(written: str) -> None:
    with pytest.raises(BadArgument, match=r"package\.checksum"):
        package(checksum=written)


@pytest.mark.parametrize("written", [GUID, "{" + GUID + "}"])
def test_an_upgrade_code_is_in_braces(written: str) -> None:
    assert package(upgrade_code=written).upgrade_code == "{" + GUID + "}"


@pytest.mark.parametrize("written", [GUID[:-1], "{}", GUID.replace("-", ""), GUID + " OR 1=1"])
def test_an_upgrade_code_that_is_no_guid_is_refused(written: str) -> None:
    with pytest.raises(BadArgument, match="GUID"):
        package(upgrade_code=written)


def test_rule_18_exit_codes() -> None:
    codes = package(exit_codes={"3010": "reboot", 0: "success", "-1": "failure"}).exit_codes
    assert codes == {3010: "reboot", 0: "success", -1: "failure"}


@pytest.mark.parametrize("wrong", [{"x": "success"}, {"1": "fine"}, {"1.5": "success"}, {"1": None}, {"": "success"}])
def test_rule_18_an_exit_code_that_means_nothing_is_refused(wrong: t.Any) -> None:
    with pytest.raises(BadArgument, match="exit_codes"):
        package(exit_codes=wrong)


# ---- the rest -----------------------------------------------------------------------------------
@pytest.mark.parametrize("given", [None, {}])
def test_rule_6_the_default_policy(given: t.Any) -> None:
    assert arguments.restart({"restart": given}) == RestartPolicy(1, 3, 900_000, 900_000)


def test_rule_6_seconds_become_milliseconds_and_never_fail_over() -> None:
    given = {"threshold": 0, "period_s": 60, "retry_s": 61}
    assert arguments.restart({"restart": given}) == RestartPolicy(1, 0, 60_000, 61_000)


@pytest.mark.parametrize(
    "wrong",
    [
        {"threshold": -1},
        {"threshold": 65_536},
        {"period_s": 0},
        {"period_s": 604_801, "retry_s": 604_801},
        {"period_s": 901},
        {"retry_s": 899},
        {"retry_s": 4_294_968},
    ],
)
def test_rule_6_a_policy_that_the_cluster_would_refuse_is_refused_first(wrong: t.Any) -> None:
    with pytest.raises(BadArgument, match="restart"):
        arguments.restart({"restart": wrong})


def test_the_folder_and_its_sids() -> None:
    given = {"folder_name": "SPAMfighter", "disk": "", "min_free_mb": 0}
    folder = arguments.folder(given, ["S-1-5-18", "S-1-5-21-1-2-3-500"])
    assert (folder.name, folder.disk, folder.sids[1], folder.min_free_mb) == (
        "SPAMfighter",
        None,
        "S-1-5-21-1-2-3-500",
        0,
    )
    with pytest.raises(BadArgument, match="min_free_mb"):
        arguments.folder({**given, "min_free_mb": -1})
    for sid in ("Administrators", "S-1", "S-1-5-18;x", "s-1-5-18 "):
        with pytest.raises(BadArgument, match="not a SID"):
            arguments.folder(given, [sid])


@pytest.mark.parametrize(("value", "good"), [(1, True), (86_400, True), (0, False), (86_401, False), (-5, False)])
def test_a_time_has_its_range(value: int, good: bool) -> None:
    if good:
        assert arguments.seconds({"wait_timeout_s": value}, "wait_timeout_s") == value
        return
    with pytest.raises(BadArgument, match="wait_timeout_s"):
        arguments.seconds({"wait_timeout_s": value}, "wait_timeout_s")


def test_what_is_given_is_taken() -> None:
    sem = profile(display_name="SEM*", service="sem", registry_key="SOFTWARE\\V", data_value="DataDir")
    assert (sem.display_name, sem.service, sem.data_value) == ("SEM*", "sem", "DataDir")
    given = package(version="4.1.0", src="/srv/sem.msi", arguments=["A=1"])
    assert (given.version, given.src, given.arguments) == ("4.1.0", "/srv/sem.msi", ("A=1",))
    assert arguments.folder({"folder_name": "S", "disk": "S:", "min_free_mb": 1}).disk == "S:"
