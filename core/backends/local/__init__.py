"""Jobs on this machine: processes queued by file locks."""
