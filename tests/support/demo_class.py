"""A class with a property of every kind, read from hand-made XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import envelope as env
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import (
    CimInstance,
    CimValue,
    ClassSchema,
    Field,
)
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.values import read_instance

from .answers import answer, instance

DEMO = ClassSchema(
    "root/mscluster",
    "MSCluster_Demo",
    ("Name",),
    {
        "State": Field("uint32"),
        "Small": Field("uint8"),
        "Big": Field("uint64"),
        "Signed": Field("sint32"),
        "Real": Field("real64"),
        "Enabled": Field("boolean"),
        "Nodes": Field("string", array=True),
        "Bytes": Field("uint8", array=True),
        "CreatedOn": Field("datetime"),
        "Waits": Field("interval"),
        "Private": Field("object"),
        "Partner": Field("reference"),
    },
)


def element(xml: str) -> ET.Element:
    return next(iter(env.body_of(env.parse(answer(xml)))))


def read(xml: str) -> CimInstance:
    """The instance whose properties are this XML with the prefix p."""
    return read_instance(element(instance("MSCluster_Demo", xml, "root/mscluster")), DEMO)


def one(name: str, text: str) -> CimValue:
    return read(f"<p:{name}>{text}</p:{name}>").get(name)
