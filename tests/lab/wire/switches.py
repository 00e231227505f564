"""What nobody could verify about the wire: each a switch, its default the stricter reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """Where a recording exists it is the default; the other settings are what a document allows."""

    null_arrays: Literal["omitted", "nil"] = "omitted"  # omitted: recorded, nil: MS-WSMV; wsman 3.3
    lower_case_namespaces: bool = False  # path of the response namespace in lower case: wsman 3.1
    end_of_sequence: Literal["n", "w"] = "n"  # namespace of Items and EndOfSequence in a PullResponse: wsman 3.5
    empty_page: bool = False  # a Pull without items that is not the end: wsman 3.5
    changing_contexts: bool = True  # a new enumeration context with every Pull: wsman 3.5
    # Where a Win32 code stands: wsman 5.1, mscluster 1.1.
    cluster_fault: Literal["extended", "text", "wmierror", "bare"] = "extended"
    missing_instance: Literal["resource", "hresult"] = "resource"  # resource: 2150858752; mscluster 1.1
    shell_quota: Literal["wmierror", "wsman"] = "wmierror"  # the fault of one shell too many: wsman 5.3
    access_denied: Literal[5, 2150859012, 2150859013, 2150859014] = 5  # wsman 5.3
    fault_code: bool = True  # False: faults without WSManFault Code, only the subcode: wsman 5.1
    architecture_option: bool = False  # wmi:__ProviderArchitecture has an effect: wsman 2.2
    partial_put: bool = False  # a Put may leave properties out: wsman 3.7
    embedded_put: bool = True  # False: embedded objects in a Put are dropped without a word: mscluster 11
    byte_arrays: bool = True  # uint8[] input as repeated elements accepted: mscluster 11
