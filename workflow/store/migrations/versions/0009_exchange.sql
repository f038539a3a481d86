CREATE SCHEMA exchange;
