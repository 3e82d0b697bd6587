### Voicemail.

voicemail-delay = Voicemail answers after { $seconds } seconds. To change it: *111*2919*3*15#
voicemail-asked = We ask your voicemail; the answer comes by SMS.
voicemail-messages =
    { $new ->
        [0] No new voice messages
        [one] You have { $new } new voice message
       *[other] You have { $new } new voice messages
    }, kept in all: { $kept }. To hear them call { $listen }
voicemail-unknown = Your voicemail does not answer now. To hear messages call { $listen }

voicemail-not_on = Voicemail is not on. To connect it: *111*2919#
