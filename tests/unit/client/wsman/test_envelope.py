"""Envelopes as they leave and as they are read (wsman 2)."""

from __future__ import annotations

import re
import time

import pytest

from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman import envelope as env
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.errors import EnvelopeError, UnsendableValue
from ansible_collections.spamfighter.sem.plugins.plugin_utils._wsman.types import Reference
from support.answers import answer
from support.envelopes import ANONYMOUS, NAMESPACES
from support.replay import Sent

URI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/Win32_Service"
ACTION = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"


def sent(**changed: object) -> Sent:
    return Sent(env.Message(ACTION, URI, **changed).to_bytes(), 0)  # type: ignore[arg-type]


def test_a_request_has_every_header_that_the_service_wants() -> None:
    """wsman 2.1 and 2.2."""
    message = sent()
    assert message.action == ACTION
    assert message.uri == URI
    assert message.header("a:To") == "http://windows-host:5985/wsman"
    assert message.header("a:ReplyTo/a:Address") == ANONYMOUS
    assert message.header("w:MaxEnvelopeSize") == "512000"
    assert message.header("w:OperationTimeout") == "PT20.000S"
    assert re.fullmatch(r"uuid:[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", message.header("a:MessageID") or "")
    assert message.body is None


def test_what_must_be_understood_and_what_must_not() -> None:
    """ "true" on a Locale is refused, and the others must carry it (wsman 2.2)."""
    root = sent().root
    marked = {
        item.tag.rpartition("}")[2]: item.get(f"{{{NAMESPACES['s']}}}mustUnderstand")
        for item in root.iter()
        if item.get(f"{{{NAMESPACES['s']}}}mustUnderstand")
    }
    true = dict.fromkeys(("ResourceURI", "Address", "Action", "MaxEnvelopeSize"), "true")
    assert marked == {**true, "Locale": "false", "DataLocale": "false"}


def test_no_header_opts_into_robust_connections() -> None:
    """OperationID and SequenceId make the answer chunked (wsman 2.2)."""
    assert not re.search(rb"OperationI[dD]|SequenceId|SessionId", sent().raw)


def test_every_request_has_its_own_message_id() -> None:
    message = env.Message(ACTION, URI)
    first, second = (Sent(message.to_bytes(), 0).header("a:MessageID") for _ in range(2))
    assert first != second


def test_a_timeout_may_be_left_out() -> None:
    assert sent(timeout_s=None).header("w:OperationTimeout") is None
    assert sent(timeout_s=0.5).header("w:OperationTimeout") == "PT0.500S"


def test_values_are_escaped_on_their_way_into_xml() -> None:
    wild = "<&>\"' ]]> ä 🙂 --\\"
    message = sent(selectors={"Name": wild}, options={"wmi:X": wild})
    assert message.selectors == {"Name": wild}
    assert message.options == {"wmi:X": wild}


@pytest.mark.parametrize("text", ["a\r\nb", "\r", "a\tb\nc", " both ends ", ""])
def test_white_space_survives_the_reader(text: str) -> None:
    """An XML reader turns a plain carriage return into a line feed."""
    assert sent(selectors={"Name": text}).selectors == {"Name": text}


@pytest.mark.parametrize("character", ["\0", "\x01", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_a_character_that_xml_cannot_carry_is_refused_before_it_is_sent(character: str) -> None:
    with pytest.raises(UnsendableValue, match=f"U\\+{ord(character):04X}") as refused:
        sent(selectors={"Name": f"a{character}b"})
    assert character not in str(refused.value)


def test_a_key_may_be_a_reference() -> None:
    """wsman 3.2."""
    node = Reference("root/mscluster", "MSCluster_Node", (("Name", "N & 1"),))
    message = sent(selectors={"GroupComponent": node, "Other": ""})
    root = message.root
    place = ".//w:Selector/a:EndpointReference/a:ReferenceParameters"
    assert root.findtext(f"{place}/w:ResourceURI", namespaces=NAMESPACES).endswith("/wmi/root/mscluster/MSCluster_Node")
    assert root.findtext(f"{place}/w:SelectorSet/w:Selector", namespaces=NAMESPACES) == "N & 1"


# ---- reading ------------------------------------------------------------------------------------
def test_prefixes_are_the_servers_choice() -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope">'
        '<SOAP-ENV:Body><thing xmlns="urn:x"/></SOAP-ENV:Body></SOAP-ENV:Envelope>'
    )
    (item,) = env.body_of(env.parse(text.encode()))
    assert (item.tag, env.local(item)) == ("{urn:x}thing", "thing")


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "declared", ["", '<?xml version="1.0" encoding="utf-8"?>', '<?xml version="1.0" encoding="x"?>']
)
def test_both_encodings_are_read_whatever_is_declared(codec: str, declared: str) -> None:
    """wsman 1.1: UTF-16 is possible too."""
    text = declared + answer("<n:A>ä€🙂</n:A>").decode()
    body = env.body_of(env.parse(text.encode(codec)))
    assert env.text(body) == "ä€🙂"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"HTTP Error 503. The service is unavailable.",
        b"<html><body>Bad Request</body></html>",
        b"<a><b></a>",
        b"<a>\x01</a>",
        b"<a>\xff\xfe</a>",
        b"<a>&undefined;</a>",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="no-such-codec"?><a/>',
        b'<?xml version="1.0" encoding="hex"?><a/>',
        b"<p:a/>",
        b"<a x='1' x='2'/>",
    ],
)
def test_what_is_no_envelope_is_an_envelope_error(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        env.parse(data)


@pytest.mark.parametrize(
    "document_type",
    [
        "<!DOCTYPE a>",
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://toy/x"> %x;]>',
    ],
)
def test_a_document_type_is_refused(document_type: str) -> None:
    with pytest.raises(EnvelopeError, match="document type"):
        env.parse(document_type.encode() + answer("&x;"))


def test_entities_that_multiply_are_never_expanded() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 30))
    begin = time.process_time()
    with pytest.raises(EnvelopeError, match="document type"):
        env.parse(f'<!DOCTYPE a [<!ENTITY e0 "x">{levels}]><a>&e29;</a>'.encode())
    assert time.process_time() - begin < 5


def test_deep_nesting_is_refused() -> None:
    def nested(depth: int) -> bytes:
        return answer("<n:A>" * depth + "</n:A>" * depth)

    outside = 2  # Envelope and Body
    assert env.parse(nested(env.DEPTH_LIMIT - outside)) is not None
    for depth in (env.DEPTH_LIMIT - outside + 1, 100_000):
        with pytest.raises(EnvelopeError, match="nested"):
            env.parse(nested(depth))


def test_width_is_no_depth_and_does_not_make_up_for_it() -> None:
    wide = "<n:A/>" * 1000
    assert len(env.body_of(env.parse(answer(wide)))) == 1000
    with pytest.raises(EnvelopeError, match="nested"):
        env.parse(answer(wide + "<n:A>" * 200 + "</n:A>" * 200))


def test_an_envelope_without_a_body() -> None:
    with pytest.raises(EnvelopeError, match="no Body"):
        env.body_of(env.parse(b"<Envelope/>"))


def test_an_empty_body_is_a_body() -> None:
    assert list(env.body_of(env.parse(answer("")))) == []
