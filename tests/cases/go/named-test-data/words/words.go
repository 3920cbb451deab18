package words

const Name = "words"
