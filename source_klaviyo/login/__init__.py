"""`source-klaviyo login`: gets the refresh token of an app that the customer made in Klaviyo."""
