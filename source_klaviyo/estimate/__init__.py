"""The time of a first sync, computed from Klaviyo's quota and the size of the account."""
