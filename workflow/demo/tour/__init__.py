"""The tour: the main job, done and checked over HTTP against a running server, told as a story."""
