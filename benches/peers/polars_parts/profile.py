"""What the profile of zendesk-2016 and the facts of the case say, as far as the answers look at it."""

from datetime import datetime

AS_OF = datetime(2019, 10, 2, 12)
# "Before 1 November 2016" and "after 1 November 2016", wherever on Earth that was.
UNTIL_LO = datetime(2016, 10, 31, 10)
UNTIL_HI = datetime(2016, 11, 2, 12)

SIGN_INS = {"support": ["support", "guide", "talk", "explore"], "chat": ["chat"]}
UNAFFECTED = ["bime", "connect", "sell", "smooch"]
NAMED = [*SIGN_INS["support"], *SIGN_INS["chat"], *UNAFFECTED]
AUTHENTICATION = ["app_settings", "tls_keys"]
PERSONAL = ["user_data", "password_hashes"]
TITLES = {
    "user_data": "E-mail addresses, names, phone numbers of agents and end users",
    "password_hashes": "Passwords of agents and end users, salted and hashed",
    "app_settings": "Configuration settings of installed apps, integration keys included",
    "tls_keys": "TLS keys that the customer provided",
}
