### Social networks as a way to log in.

social-ask = Link { $network } to your number? Code { $code }. Dial *111*20*4*{ $code }#
social-linked = { $network } can log in to your account now. Unlink: *111*20*5*{ $id }#
social-unlinked = { $network } can no longer log in to your account. Link: *111*20*3*{ $id }#
social-already_off = { $network } is not linked. Link: *111*20*3*{ $id }#

social-no_account = First open your personal account, free of charge: *111*20*1#
social-other_profile = { $network } is linked already. First unlink it: *111*20*5*{ $id }#
