"""What holds for all tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Virtual time is what tests judge; how long a busy machine takes for an example says nothing.
settings.register_profile("sem", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sem")
