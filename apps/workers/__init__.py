"""The worker processes, one a role: started, watched and started again by one supervisor, and looked at from outside."""

from apps.workers.control import RoleStatus, down, status, supervised, up

__all__ = ["RoleStatus", "down", "status", "supervised", "up"]
