"""In which order streams are read, and how far; knows them only as Readable."""
