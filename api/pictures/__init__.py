"""Pictures: plain data in, SVG out. One module a picture; what they share stands in `api.pictures.drawing`.

A picture repeats what the page also says as a sentence above it and as a table or list beside it.
"""
