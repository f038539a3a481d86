"""The file of one case as an archive (案卷): its members, their names, and the manifest by which all of it is checked.

Pure: what goes in is read by `workflow.queries.case_file`.
"""
