"""A simulator of SOFI's interface, profile `sofi_sim_v1` (standard library only)."""

from .server import Simulator

__all__ = ["Simulator"]
