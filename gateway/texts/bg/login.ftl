### For whom the commands are.

login-who = Командите са за номер { PHONE($number) }, още { $minutes } мин. след последната. Към своя номер: *111*26*2#
login-who_own = Командите са за вашия номер { PHONE($number) }
login-out = Вече не действате за { PHONE($number) }. Командите са за вашия номер.
