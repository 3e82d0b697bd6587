### For whom the commands are.

login-who = Your commands concern { PHONE($number) }, until { $minutes } min. after the last one. Back to your own number: *111*26*2#
login-who_own = Your commands concern your own number { PHONE($number) }
login-out = You no longer act for { PHONE($number) }. Your commands concern your own number.
login-entered = Your commands concern { PHONE($number) }, until { $minutes } min. after the last one. Back to your own number: *111*26*2#
login-entered_by = { PHONE($number) } has logged in to your account. Not you? Change the password, and it is out: *111*25*3*password*password#
login-self = This is your own number, no log-in needed: just dial commands. Password by SMS: *111*25#
login-password_needed = The password is missing: *111*26*1*{ $number }*password#
