"""Runs inside `workflow.store.migrate.upgrade`, on the connection it hands over."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
