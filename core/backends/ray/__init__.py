"""Jobs on Ray: a cluster by its address, or one that is started here. The only place that imports `ray`."""
