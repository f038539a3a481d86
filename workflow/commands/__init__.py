"""What the office does, one verb a file. A command reads, asks the rules, writes, and never commits."""
