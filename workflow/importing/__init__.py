"""Files that people bring: workbooks and CSV, read into rows, with every fault named by sheet and cell. Pure.

`tables` reads a hostile file into sheets, `columns` finds what stands where, `values` reads one cell; `projects`,
`persons` and `histories` say what each kind of file holds. What the database knows is compared by the commands.
"""
