### The balance of another number.

permission-is_open = Балансът ви се вижда от други: *140*номер#. Забрана: *111*2137*2#
permission-is_closed = Другите не виждат баланса ви. Разрешаване: *111*2137*1#
permission-opened = Балансът ви вече се вижда от други: *140*номер#. Забрана: *111*2137*2#
permission-closed = Никой друг вече не вижда баланса ви. Разрешаване: *111*2137*1#
permission-balance = Баланс на номер { PHONE($number) }: { MONEY($balance) }
permission-seen = Абонатът { PHONE($number) } видя баланса ви. Забрана: *111*2137*2#

permission-company = Номерът е на фирма, балансът му не се показва на други.
permission-unknown_number = { PHONE($number) } не е наш абонат. Проверете номера: *140*номер#
permission-not_permitted = Балансът на { PHONE($number) } е скрит. Показва се от него: *111*2137*1#
