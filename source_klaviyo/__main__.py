"""The program `source-klaviyo`, as `python -m source_klaviyo`."""

from source_klaviyo.cli.start import main

if __name__ == "__main__":
    main()
