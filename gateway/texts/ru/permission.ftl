### The balance of another number.

permission-is_open = Ваш баланс открыт другим: *140*номер#. Закрыть: *111*2137*2#
permission-is_closed = Другим ваш баланс не виден. Открыть: *111*2137*1#
permission-opened = Баланс теперь открыт другим: *140*номер#. Закрыть: *111*2137*2#
permission-closed = Ваш баланс больше никому не виден. Открыть: *111*2137*1#
permission-balance = Баланс номера { PHONE($number) }: { MONEY($balance) }
permission-seen = Абонент { PHONE($number) } посмотрел ваш баланс. Закрыть его: *111*2137*2#

permission-company = Номер оформлен на организацию, его баланс другим не показывают.
permission-unknown_number = { PHONE($number) } не наш абонент. Проверьте номер: *140*номер#
permission-not_permitted = Баланс { PHONE($number) } закрыт. Открыть с того номера: *111*2137*1#
