"""The parts of polars_peer.py: what the profile says, cells, exports, and each answer."""
