"""The promises of timers, outbox and workers, with real processes where the promise is about processes."""
