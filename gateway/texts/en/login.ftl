### For whom the commands are.

login-who = Your commands concern { PHONE($number) }, until { $minutes } min. after the last one. Back to your own number: *111*26*2#
login-who_own = Your commands concern your own number { PHONE($number) }
login-out = You no longer act for { PHONE($number) }. Your commands concern your own number.
