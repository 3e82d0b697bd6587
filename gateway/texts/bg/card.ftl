### Prepaid cards.

card-redeemed = Ваучерът е приет: +{ MONEY($amount) }. Баланс: { MONEY($balance) }
card-redeemed_other = Ваучерът е приет: { PHONE($number) } получи { MONEY($amount) }
card-redeemed_by = { PHONE($number) } зареди сметката ви: +{ MONEY($amount) }. Баланс: { MONEY($balance) }

card-locked = Много грешни кодове. Ваучери може да въвеждате пак от { DATETIME($until) }. С банкова карта: *115#
card-unknown_number = { PHONE($number) } не е наш абонат, ваучерът не е използван. Проверете номера: *111*155*номер*код#
card-yours = Този ваучер вече е зареден на { DATETIME($at) }: { MONEY($amount) }. Баланс: *100#
card-unknown = Няма ваучер с такъв код. Проверете цифрите: *111*155*код#. Опити: { $left }
card-not_active = Ваучерът не е активиран. Покажете го с бележката на продавача. Опити: { $left }
card-used = Ваучерът вече е използван. Друг начин: *115#. Опити: { $left }
card-expired = Ваучерът е изтекъл. Друг начин за зареждане: *115#. Опити: { $left }
