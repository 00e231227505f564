"""Where the facts leave the programs of a node open, the lab can behave either way."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..profiles import ALL_HASHES, SHA1, WindowsProfile


@dataclass(frozen=True, slots=True)
class NodeSwitches:
    """The defaults are the stricter readings. The first four loosen what a Windows before 2008 R2 has."""

    certutil_2003_hashfile: bool = False  # certutil of 2003 knows -hashfile
    certutil_2008_hashes: bool = False  # certutil -hashfile of 2008 takes an algorithm, not only SHA1
    icacls_2003_inheritance: bool = False  # /inheritance and /q, which KB919240 does not name
    icacls_2008_inheritance: bool = False
    batch_items_32000: bool = False  # KB968930 raises MaxBatchItems on 2003 and 2008 ([MS-WSMV] note 9 is silent)

    def applied(self, profile: WindowsProfile) -> WindowsProfile:
        """The profile as these switches read it."""
        if profile.name == "windows2003r2":
            profile = replace(
                profile,
                hashes=SHA1 if self.certutil_2003_hashfile else profile.hashes,
                icacls_inheritance=self.icacls_2003_inheritance,
            )
        elif profile.name == "windows2008":
            profile = replace(
                profile,
                hashes=ALL_HASHES if self.certutil_2008_hashes else profile.hashes,
                icacls_inheritance=self.icacls_2008_inheritance,
            )
        if self.batch_items_32000 and profile.settings.stack == "2.0":
            profile = replace(profile, settings=replace(profile.settings, max_batch_items=32_000))
        return profile
