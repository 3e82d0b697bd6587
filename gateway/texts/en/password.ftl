### Passwords: by SMS and chosen, and what wrong ones bring.

password-sent = Password { $code }, for { $minutes } min. and one log-in. Tell nobody. Your own: *111*25*3*password*password#
password-set = Password saved, the old one is void. Change it: *111*25*3*password*password#

password-company = The personal account is for private customers only. This number belongs to a company.
password-too_many =
    Today a password was sent by SMS { $max ->
        [one] { $max } time
       *[other] { $max } times
    } already. Again tomorrow. Your own: *111*25*3*password*password#
password-weak = Password: { $min } to { $max } Latin letters and digits, with a capital, a small letter and a digit. Or 4-7 digits: *111*25*3*password*password#
password-like_number = The password must not be a part of your number. Choose another: *111*25*3*password*password#
password-used_before = You have had this password before. Choose another: *111*25*3*password*password#
password-wrong_password = Wrong number or password. A new password, from that number: *111*25#
password-password_locked = Passwords are not taken until { DATETIME($until) }. A new one, from that number: *111*25#
password-locked_until_new = Passwords are not taken until a new one is asked for, from { PHONE($number) }: *111*25#
password-too_many_wrong = Wrong passwords for other numbers today: { $max }. Try again tomorrow. Forgot it? Dial *111*25# on that phone.
password-tried = { PHONE($number) } gave a wrong password for your number three times. Not you? Change it: *111*25*3*password*password#
password-password_needed = The password is missing: *111*25*3*password*password# or SMS PASSWORD password
