"""The shapes of the JSON API: one schema per direction, unknown fields refused."""
