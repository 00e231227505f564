"""Registry checkpoints (mscluster 6.9)."""

from __future__ import annotations

from .core import Core
from .errors import refusal
from .model import Checkpoint, Resource


class Checkpoints:
    """Stored copies of registry keys that follow a resource from node to node.

    Windows stores every change while the resource is online. Here the key is captured at the
    moment the resource stops being online, which leaves the same copy behind.
    """

    def __init__(self, core: Core) -> None:
        self.core = core

    def add(self, resource: Resource, path: str, view: int) -> None:
        """Raises 183 if the path is checkpointed in either view, 87 or 2 for an unusable path."""
        if not path or path.startswith("\\") or path.lower().startswith(("hklm\\", "hkey_local_machine\\")):
            raise refusal(87)
        if path.lower() in resource.checkpoints:
            raise refusal(183)
        data = self.core.owner_of(resource).host.registry_capture(path, view)
        if data is None:
            raise refusal(2)
        resource.checkpoints[path.lower()] = Checkpoint(path, view, data)
        self.core.record("resource.checkpoint", resource.name, None, (path, view))

    def remove(self, resource: Resource, path: str) -> None:
        """Raises 2 if the path is not checkpointed."""
        found = resource.checkpoints.pop(path.lower(), None)
        if found is None:
            raise refusal(2)
        self.core.record("resource.checkpoint", resource.name, (found.path, found.view), None)

    def save(self, resource: Resource) -> None:
        host = self.core.owner_of(resource).host
        for item in resource.checkpoints.values():
            data = host.registry_capture(item.path, item.view)
            if data is not None:
                item.data = data

    def restore(self, resource: Resource) -> int:
        """Put the stored copies back on the owner; the code of the last failure."""
        owner = self.core.owner_of(resource)
        failed = 0
        for item in resource.checkpoints.values():
            code = owner.host.registry_restore(item.path, item.view, item.data)
            if code:
                failed = code
                text = f"The registry checkpoint {item.path} of {resource.name} could not be restored ({code})."
                self.core.log(owner.name, 1024, resource.name, text, "cluster")
        return failed
