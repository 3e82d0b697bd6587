### menu: the screens of a USSD dialog. Titles are also the words of the items that lead to them, so they are short.

menu-acting = Другой номер
menu-autopay = Автоплатёж
menu-bill = Счёт компании
menu-blacklist = Чёрный список
menu-block = Блокировка
menu-bonus = Бонусы
menu-bonus_gift = Подарок баллов
menu-cabinet = Личный кабинет
menu-child = Ребёнок
menu-child_consent = Согласие ребёнка
menu-family = Семья
menu-favourite = Любимые номера
menu-language = Язык
menu-language_1 = Русский
menu-language_2 = Latinica
menu-language_3 = Български
menu-language_4 = English
menu-linked = «Номера»
menu-locator = Локатор
menu-main = Меню
menu-main_7 = Перевод
menu-melody = Мелодия гудка
menu-money = Деньги
menu-numbers = Номера
menu-other = Другое
menu-payments = Пополнение
menu-permission = Чужой баланс
menu-pictures = Картинки
menu-promised = Обещанный платёж
menu-regular = Регулярный перевод
menu-services = Услуги
menu-social = Соцсети
menu-statement = Детализация
menu-subscriptions = Подписки
menu-tariff = Тариф
menu-trust = Доверие
menu-voicemail = Голосовая почта
menu-waiting = Ждут ответа

# Under a screen: `more` where it goes on, `back` in every menu but the first.
menu-more = 9 ещё
menu-back = 0 назад
menu-yes_no = 1 да 2 нет 0 назад
# What has to be typed, and an example of it.
menu-ask = Введите: { $part }. Пример: { $example }
menu-wrong = Такого пункта нет
menu-empty = Выбирать не из чего: список пуст.
menu-resume =
    Прошлый раз прервался.
    1 продолжить
    2 сначала
menu-gone = Этот разговор уже закончен. Наберите *111#
menu-declined = Ничего не изменилось.
