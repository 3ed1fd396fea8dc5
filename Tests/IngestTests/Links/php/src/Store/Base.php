<?php

namespace Shop\Store;

use Symfony\Component\Console\Command\Command;

class Base extends Command
{
    public function has($entity): bool
    {
        $this->addOption('x');
        return helper()->has($entity);
    }
}
