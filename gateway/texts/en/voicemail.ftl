### Voicemail.

voicemail-delay = Voicemail answers after { $seconds } seconds. To change it: *111*2919*3*15#

voicemail-not_on = Voicemail is not on. To connect it: *111*2919#
