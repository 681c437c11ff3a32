"""How long a first sync takes, computed from Klaviyo's quota and the size of the account."""
