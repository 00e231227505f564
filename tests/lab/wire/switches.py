"""What nobody could verify about the wire: each a switch, its default the stricter reading."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Switches:
    null_arrays: str = "omitted"  # omitted (recorded) | nil (MS-WSMV): wsman 3.3
    lower_case_namespaces: bool = False  # path of the response namespace in lower case: wsman 3.1
    end_of_sequence: str = "n"  # namespace of Items and EndOfSequence in a PullResponse, n or w: wsman 3.5
    empty_page: bool = False  # a Pull without items that is not the end: wsman 3.5
    changing_contexts: bool = True  # a new enumeration context with every Pull: wsman 3.5
    cluster_fault: str = "extended"  # extended | text | wmierror | bare: where a Win32 code stands (5.1, mscluster 1.1)
    missing_instance: str = "resource"  # resource (2150858752) | hresult: mscluster 1.1
    shell_quota: str = "wmierror"  # wmierror (recorded) | wsman: the fault of one shell too many, wsman 5.3
    access_denied: int = 5  # 5 | 2150859012 | 2150859013 | 2150859014: wsman 5.3
    fault_code: bool = True  # False: faults without WSManFault Code, only the subcode: wsman 5.1
    architecture_option: bool = False  # wmi:__ProviderArchitecture has an effect: wsman 2.2
    static_needs_selectors: bool = False  # class-level methods refuse a call without selectors: mscluster 11
    partial_put: bool = False  # a Put may leave properties out: wsman 3.7
    embedded_put: bool = True  # Put of embedded objects accepted: mscluster 11
    byte_arrays: bool = True  # uint8[] input as repeated elements accepted: mscluster 11
