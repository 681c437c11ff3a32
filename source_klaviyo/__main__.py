"""`python -m source_klaviyo` is the program `source-klaviyo`."""

from source_klaviyo.cli.start import main

if __name__ == "__main__":
    main()
