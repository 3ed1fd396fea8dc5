<?php

namespace Chosen;

trait One
{
    function talk() {}

    function quiet() {}
}

trait Two
{
    function talk() {}
}

class Speaker
{
    use One, Two {
        Two::talk insteadof One;
        One::talk as whisper;
        quiet as protected;
    }

    function run()
    {
        $this->talk();
        $this->whisper();
        $this->quiet();
    }
}
